using System.Text;
using System.Text.Json;
using CsCheck;
using Kdd.Operator.Streaming;
using Xunit;

namespace Kdd.Operator.Tests.Streaming;

public sealed class JsonTextTests
{
    [Fact]
    public void AnyBytesBecomeOneJsonStringThatReadsBackAsTheirText() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        byte[] target = new byte[(bytes.Length * JsonText.MaxExpansion) + 2];
        int length = JsonText.Write(bytes, target.AsSpan(1));
        target[0] = target[length + 1] = (byte)'"';
        ReadOnlySpan<byte> json = target.AsSpan(0, length + 2);
        Assert.False(json.ContainsAny((byte)'\n', (byte)'\r'));
        Assert.Equal(Encoding.UTF8.GetString(bytes), JsonSerializer.Deserialize<string>(json));
    });

    [Fact]
    public void UnescapeUndoesWriteForValidText() => Gen.String.Sample(text =>
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte[] json = new byte[bytes.Length * JsonText.MaxExpansion];
        int length = JsonText.Write(bytes, json);
        byte[] back = new byte[length];
        Assert.Equal(bytes, back[..JsonText.Unescape(json.AsSpan(0, length), back)]);
    });
}
