using System.Text;
using System.Text.Json;
using CsCheck;
using Kdd.Kubernetes.Informers;
using Xunit;

namespace Kdd.Kubernetes.Tests.Informers;

public sealed class ObjectJsonReaderTests
{
    /// <summary>Which of the tokens that could be skipped are; used again from the start when there are more.</summary>
    private static readonly Gen<bool[]> Skips = Gen.Bool.Array[1, 20];

    [Fact]
    public void ReadsWhatUtf8JsonReaderReadsWhateverIsSkipped()
        => Gen.Select(RandomJson.Object, Skips).Sample((json, skips) =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(json);
            var expected = new Utf8JsonReader(bytes);
            var reader = new ObjectJsonReader(bytes);
            for (int token = 0; expected.Read(); token++)
            {
                Assert.True(reader.Read());
                if (skips[token % skips.Length])
                {
                    expected.Skip();
                    reader.Skip();
                }

                Assert.Equal((expected.TokenType, expected.CurrentDepth), (reader.TokenType, reader.Json.CurrentDepth));
                Assert.True(expected.ValueSpan.SequenceEqual(reader.Json.ValueSpan));
            }

            Assert.False(reader.Read());
        });

    [Fact]
    public void WhatIsCutOffAtAnyByteIsAJsonException()
        => Gen.Select(RandomJson.Object, Skips).Sample((json, skips) =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(json);
            Assert.True(Reads(bytes, skips));
            for (int length = 0; length < bytes.Length; length++)
            {
                Assert.False(Reads(bytes.AsSpan(0, length), skips));
            }
        }, iter: 20);

    /// <summary>It reads, or it is a JsonException; never another failure, never past the end.</summary>
    [Fact]
    public void NoChangedByteBreaksTheReader()
        => Gen.Select(RandomJson.Object, Skips, Gen.Int[0, int.MaxValue], Gen.OneOf("{}[]\",:\\ x\0\xff"u8.ToArray())).Sample((json, skips, at, value) =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(json);
            bytes[at % bytes.Length] = value;
            Reads(bytes, skips);
        });

    [Theory]
    [InlineData("""{"a":[}}""")]
    [InlineData("""{"a":{"b":1]}""")]
    [InlineData("""{"a":{"b":{}}""")]
    [InlineData("""{"a":["]}""")]
    public void WhatDoesNotCloseAsItOpenedIsAJsonException(string json) => Assert.False(Reads(Encoding.UTF8.GetBytes(json), [false, true]));

    /// <summary>A reader goes 64 levels down; a server may add what is deeper, if nobody asks for it.</summary>
    [Fact]
    public void WhatIsSkippedMayBeOfAnyDepth()
    {
        string deep = new string('[', 1_000) + new string(']', 1_000);
        Assert.True(Reads(Encoding.UTF8.GetBytes($$"""{"a":{{deep}},"b":1}"""), [false, true]));
        Assert.False(Reads(Encoding.UTF8.GetBytes($$"""{"a":{{deep}},"b":1}"""), [false]));
    }

    private static bool Reads(ReadOnlySpan<byte> json, bool[] skips)
    {
        var reader = new ObjectJsonReader(json);
        try
        {
            for (int token = 0; reader.Read(); token++)
            {
                if (skips[token % skips.Length])
                {
                    reader.Skip();
                }
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
