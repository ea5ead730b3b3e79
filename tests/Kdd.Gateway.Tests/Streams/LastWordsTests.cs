using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using CsCheck;
using Kdd.Gateway.Streams;

namespace Kdd.Gateway.Tests.Streams;

public sealed class LastWordsTests
{
    [Fact]
    public void Whatever_is_in_a_message_is_one_event_with_that_message()
        => Gen.String[Gen.OneOf(Gen.Char, Gen.Char["\r\n\0\u2028\u2029:\"\\\u001b\u202e"]), 0, 40].Sample(message =>
        {
            byte[] frame = LastWords.Error("text/event-stream", 403, "Forbidden", message);

            SseItem<string> item = Assert.Single(SseParser.Create(new MemoryStream(frame)).Enumerate());
            Assert.Equal("error", item.EventType);
            using JsonDocument data = JsonDocument.Parse(item.Data);
            Assert.Equal(ReplaceLoneSurrogates(message), data.RootElement.GetProperty("message").GetString());
        }, iter: 5000);

    [Fact]
    public void In_NDJSON_it_is_one_line_that_says_its_type()
    {
        string line = Encoding.UTF8.GetString(LastWords.Reconnect("application/x-ndjson"));

        Assert.Matches("^\\{\"type\":\"reconnect\",\"afterMs\":[0-9]+\\}\n$", line);
    }

    [Fact]
    public void In_plain_text_there_is_none()
        => Assert.Empty(LastWords.Error("text/plain", 401, "Unauthorized", "gone"));

    private static string ReplaceLoneSurrogates(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
