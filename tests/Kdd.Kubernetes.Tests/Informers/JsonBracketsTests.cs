using System.Text;
using System.Text.Json;
using CsCheck;
using Kdd.Kubernetes.Informers;
using Xunit;

namespace Kdd.Kubernetes.Tests.Informers;

public sealed class JsonBracketsTests
{
    [Fact]
    public void FindsTheEndWhereUtf8JsonReaderDoes()
        => Gen.Select(RandomJson.Container, RandomJson.Value).Sample((json, next) =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes($"{json},{next}]}}");
            Assert.Equal(SkippedBy(json), 1 + JsonBrackets.IndexOfClose(bytes.AsSpan(1)) + 1);
        });

    [Fact]
    public void NoPartOfAValueHasItsEnd()
        => RandomJson.Container.Sample(json =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(json);
            for (int length = 1; length < bytes.Length; length++)
            {
                Assert.Equal(-1, JsonBrackets.IndexOfClose(bytes.AsSpan(1, length - 1)));
            }
        }, iter: 20);

    /// <summary>Runs of backslashes of every length up to more than a block, at every place in it.</summary>
    [Fact]
    public void ABracketAfterBackslashesIsInTheStringWhereverTheyStand()
    {
        for (int before = 0; before < 66; before++)
        {
            for (int backslashes = 0; backslashes < 134; backslashes++)
            {
                string text = new string('x', before) + new string('\\', backslashes) + (backslashes % 2 == 0 ? "" : "\"") + "]";
                Assert.Equal(1 + text.Length + 1, JsonBrackets.IndexOfClose(Encoding.ASCII.GetBytes($"\"{text}\"]  ")));
            }
        }
    }

    [Fact]
    public void ManyLevelsMayCloseInOneBlock()
    {
        for (int depth = 1; depth < 300; depth++)
        {
            string inside = string.Concat(Enumerable.Repeat("[{\"a\":", depth)) + "1" + string.Concat(Enumerable.Repeat("}]", depth));
            Assert.Equal(inside.Length, JsonBrackets.IndexOfClose(Encoding.ASCII.GetBytes(inside + "]]]")));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"]")]
    [InlineData("\"\\\"]")]
    [InlineData("[]")]
    public void WhatDoesNotCloseHasNoEnd(string json) => Assert.Equal(-1, JsonBrackets.IndexOfClose(Encoding.ASCII.GetBytes(json)));

    private static int SkippedBy(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        reader.Skip();
        return (int)reader.BytesConsumed;
    }
}
