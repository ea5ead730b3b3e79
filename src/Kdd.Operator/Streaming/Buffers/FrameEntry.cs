using Kdd.Api.Wire;

namespace Kdd.Operator.Streaming;

internal enum FrameKind : byte
{
    Log,
    Lifecycle,
    Gap,
}

/// <summary>What a viewer's filter needs of one frame without reading it.</summary>
internal struct FrameEntry
{
    /// <summary>The line's own time, Unix ns.</summary>
    public long Time;

    /// <summary>Of the frame in its block.</summary>
    public int Offset;

    /// <summary>Of the whole frame.</summary>
    public int Length;

    /// <summary>Of the JSON, from the frame's beginning.</summary>
    public ushort Data;

    /// <summary>Of the message's JSON text, from the frame's beginning.</summary>
    public ushort Message;

    public int MessageLength;

    /// <summary>The container, or for an event of a pod the pod.</summary>
    public FrameSource Source;
    public FrameKind Kind;
    public LineLevel Level;

    /// <summary>The message's JSON text has escapes: compare it unescaped.</summary>
    public bool HasEscapes;
}
