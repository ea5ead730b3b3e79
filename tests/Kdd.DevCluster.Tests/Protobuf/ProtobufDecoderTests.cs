using System.Text.Json.Nodes;
using CsCheck;
using Kdd.DevCluster.Protobuf;
using Xunit;

namespace Kdd.DevCluster.Tests.Protobuf;

/// <summary>Bodies that kubectl 1.32 sent, beside the JSON that the same command prints with <c>--dry-run=client -o json</c>.</summary>
public sealed class ProtobufDecoderTests
{
    public static TheoryData<string> Bodies => [.. Directory.EnumerateFiles(Folder, "*.json").Select(path => Path.GetFileNameWithoutExtension(path))];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Protobuf", "Bodies");

    [Theory]
    [MemberData(nameof(Bodies))]
    public void WhatKubectlSendsMeansWhatKubectlPrints(string name)
    {
        (byte[] body, JsonObject expected) = Read(name);

        JsonObject? decoded = ProtobufDecoder.Decode(body);

        // A client's status is ignored by the server, and its zeros are printed by some kinds and left out by others.
        expected.Remove("status");
        decoded!.Remove("status");
        Assert.Equal(Plain(expected)!.ToJsonString(), Plain(decoded)!.ToJsonString());
    }

    [Fact]
    public void ZeroOfAPointerIsAValue()
        => Assert.Equal(0, ProtobufDecoder.Decode(Read("deployment").Body)!["spec"]!["replicas"]!.GetValue<long>());

    [Fact]
    public void AKindThatIsNotListedIsNotDecoded()
    {
        byte[] body = [.. "k8s\0"u8, 10, 22, 10, 15, .. "kdd.dev/v1alpha"u8, 18, 3, .. "Foo"u8, 18, 0];

        Assert.Null(ProtobufDecoder.Decode(body));
    }

    [Fact]
    public void ABodyWithoutTheMagicNumberIsRefused()
        => Assert.Contains("magic number", Assert.Throws<FormatException>(() => ProtobufDecoder.Decode("{}"u8)).Message, StringComparison.Ordinal);

    [Fact]
    public void ABodyCutAnywhereOrChangedAnywhereIsDecodedOrRefused()
    {
        byte[][] bodies = [.. Bodies.Select(row => Read(row.Data).Body)];
        Gen.Select(Gen.Int[0, bodies.Length - 1], Gen.Int[0, 4096], Gen.Int[0, 4096], Gen.Byte).Sample((which, cut, at, value) =>
        {
            byte[] body = bodies[which][..Math.Min(4 + cut, bodies[which].Length)];
            body[Math.Min(4 + at, body.Length - 1)] = value;
            try
            {
                _ = ProtobufDecoder.Decode(body);
                return true;
            }
            catch (FormatException)
            {
                return true;
            }
        });
    }

    private static (byte[] Body, JsonObject Object) Read(string name)
    {
        JsonObject vector = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, name + ".json")))!.AsObject();
        return (Convert.FromBase64String(vector["body"]!.GetValue<string>()), vector["object"]!.AsObject());
    }

    /// <summary>Members in order of name, without nulls and empty objects: protobuf knows neither order nor the difference.</summary>
    private static JsonNode? Plain(JsonNode? node) => node switch
    {
        JsonObject map => PlainObject(map),
        JsonArray list => new JsonArray([.. list.Select(Plain)]),
        _ => node?.DeepClone(),
    };

    private static JsonObject? PlainObject(JsonObject map)
    {
        KeyValuePair<string, JsonNode?>[] members =
        [
            .. map.Select(member => KeyValuePair.Create(member.Key, Plain(member.Value)))
                .Where(member => member.Value is not null)
                .OrderBy(member => member.Key, StringComparer.Ordinal),
        ];
        return members.Length == 0 ? null : new JsonObject(members);
    }
}
