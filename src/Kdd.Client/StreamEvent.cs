using Kdd.Api.Wire;

namespace Kdd.Client;

/// <summary>One event of a stream, each line exactly once whatever the connection did.</summary>
/// <param name="Name">One of <see cref="StreamEvents"/>.</param>
/// <param name="Data">Its JSON, UTF-8.</param>
/// <param name="Cursor">Where it stands; null for events without an id.</param>
public sealed record StreamEvent(string Name, ReadOnlyMemory<byte> Data, StreamCursor? Cursor);
