using System.Text;
using System.Text.Json;
using Kdd.Api.Wire;

namespace Kdd.Operator.Streaming;

/// <summary>What every frame of one container has in common, encoded once.</summary>
internal sealed class FrameSource
{
    public FrameSource(ContainerKey key)
    {
        Key = key;
        // Names of the API are ASCII, but nothing here relies on it.
        Names = Encoding.UTF8.GetBytes(
            $"\",\"pod\":\"{JsonEncodedText.Encode(key.Pod)}\",\"container\":\"{JsonEncodedText.Encode(key.Container)}\",\"message\":\"");
        Cursor = new byte[Base36.MaxDigits];
        Array.Resize(ref Cursor, Base36.Write(key.Source, Cursor));
    }

    public ContainerKey Key { get; }

    /// <summary>From the end of the timestamp to the beginning of the message.</summary>
    public byte[] Names { get; }

    /// <summary>The source's digits in a cursor.</summary>
    public readonly byte[] Cursor;
}
