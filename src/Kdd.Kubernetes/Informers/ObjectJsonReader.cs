using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Kdd.Kubernetes.Informers;

/// <summary>
/// A <see cref="Utf8JsonReader"/> with a <see cref="Skip"/> that does not look at what it steps over: of a pod three quarters of the
/// bytes are managedFields, environment, volumes and probes, and a list is read as fast as they are passed.
/// </summary>
public ref struct ObjectJsonReader
{
    private ReadOnlySpan<byte> _bytes;
    private Utf8JsonReader _json;

    /// <param name="bytes">One whole JSON value; what comes after it is not read.</param>
    public ObjectJsonReader(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        _json = new Utf8JsonReader(bytes);
    }

    /// <summary>The reader itself, for values and for <see cref="JsonSerializer"/>. Its positions count from the last <see cref="Skip"/>.</summary>
    [UnscopedRef]
    public ref Utf8JsonReader Json => ref _json;

    /// <inheritdoc cref="Utf8JsonReader.TokenType"/>
    public readonly JsonTokenType TokenType => _json.TokenType;

    /// <inheritdoc cref="Utf8JsonReader.Read"/>
    public bool Read() => _json.Read();

    /// <inheritdoc cref="Utf8JsonReader.ValueTextEquals(ReadOnlySpan{byte})"/>
    public readonly bool ValueTextEquals(ReadOnlySpan<byte> utf8Text) => _json.ValueTextEquals(utf8Text);

    /// <summary>
    /// As <see cref="Utf8JsonReader.Skip"/>: from <c>{</c> or <c>[</c> to the matching end, from a member's name to the end of its value.
    /// What lies between is not validated, and may be nested to any depth.
    /// </summary>
    /// <exception cref="JsonException">The end is missing, or is one of the other kind.</exception>
    public void Skip()
    {
        if (TokenType == JsonTokenType.PropertyName)
        {
            Read();
        }

        if (TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            ReadOnlySpan<byte> inside = _bytes[(int)_json.BytesConsumed..];
            int close = JsonBrackets.IndexOfClose(inside);
            if (close < 0)
            {
                throw new JsonException("the JSON ends inside an object or array");
            }

            // To a reader in this state, what was stepped over is an empty object or array.
            _bytes = inside[close..];
            _json = new Utf8JsonReader(_bytes, isFinalBlock: true, _json.CurrentState);
            Read();
        }
    }
}
