using Xunit;

namespace Kdd.Kubernetes.Tests.Requests;

public sealed class BodyBufferTests
{
    [Fact]
    public async Task HoldsEachBodyWholeWhateverStoodThereBefore()
    {
        using var buffer = new BodyBuffer();
        foreach (int length in new[] { 0, 1, 3_000_000, 65_536, 262_144, 7 })
        {
            byte[] body = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 31))];
            using var stream = new MemoryStream(body);
            await buffer.ReadAsync(stream, TestContext.Current.CancellationToken);
            Assert.Equal(length, buffer.Bytes.Length);
            Assert.True(buffer.Bytes.SequenceEqual(body));
        }
    }
}
