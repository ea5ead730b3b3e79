using CsCheck;
using Kdd.Api.Wire;
using Xunit;

namespace Kdd.Api.Tests.Wire;

public sealed class StreamCursorTests
{
    [Fact]
    public void ReadsBackWhatItWrites() => Gen.Select(
        Gen.ULong, Gen.Long[0, long.MaxValue >> 8], Gen.Long[0, long.MaxValue], Gen.ULong[0, (1UL << 48) - 1], Gen.Int[0, 100_000], Gen.Long[0, long.MaxValue], Gen.Int[0, 1_000_000])
        .Sample((epoch, sequence, watermark, source, instance, time, n) =>
        {
            var cursor = new StreamCursor(epoch, sequence, watermark, source, instance, time, n);
            string text = cursor.ToString();
            Assert.True(text.Length <= StreamCursor.MaxLength);
            Assert.True(StreamCursor.TryParse(text, out StreamCursor back));
            Assert.Equal(cursor, back);
        });

    [Theory]
    [InlineData("")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4.5.6.7.8")]
    [InlineData("1.2.3.4.5.6.")]
    [InlineData("1.2.3.4.5.6.A")]
    [InlineData("zzzzzzzzzzzzzz.2.3.4.5.6.7")]
    [InlineData("1.-2.3.4.5.6.7")]
    public void RefusesWhatIsNoCursor(string text) => Assert.False(StreamCursor.TryParse(text, out _));

    [Fact]
    public void ASourceIsTheFirst48BitsOfItsHash() => Assert.Equal(
        Convert.ToUInt64(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("uid-1/main"u8))[..12], 16),
        StreamCursor.SourceOf("uid-1", "main"));
}
