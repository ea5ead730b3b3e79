using Kdd.Api.Wire;
using Kdd.Operator.Streaming;

namespace Kdd.Operator.Endpoints;

/// <summary>One viewer's choice of a session's frames, by the index first and the text last.</summary>
internal sealed class ViewerFilter
{
    private const int MaxKnownSources = 4096;

    private readonly StreamQuery _query;
    private readonly long _since;
    private readonly LinePattern? _pattern;
    private readonly LineText _text = new();
    private readonly Dictionary<FrameSource, bool> _sources = [];
    private byte[] _unescaped = [];

    public ViewerFilter(StreamQuery query, long now)
    {
        _query = query;
        _since = query.SinceTime ?? (query.Since is { } since ? now - (since.Ticks * 100) : long.MinValue);
        _pattern = query.Regex is { } regex ? LinePattern.Of(regex)
            : query.Text is { } text ? LinePattern.Literal(text, ignoreCase: true)
            : null;
    }

    /// <summary>True when every frame passes: whole blocks can be sent.</summary>
    public bool PassesAll => !_query.HasFilter;

    public bool Passes(FrameBlock block, int index)
    {
        ref readonly FrameEntry entry = ref block[index];
        if (!PassesSource(entry.Source))
        {
            return false;
        }

        return entry.Kind != FrameKind.Log
            || (entry.Time >= _since
                && (entry.Level == LineLevel.Unknown || entry.Level >= _query.MinLevel)
                && (_pattern is null || PassesText(block, entry)));
    }

    private bool PassesSource(FrameSource source)
    {
        if (_query.Pods.Count == 0 && _query.Containers.Count == 0)
        {
            return true;
        }

        if (!_sources.TryGetValue(source, out bool passes))
        {
            passes = (_query.Pods.Count == 0 || Glob.MatchesAny(_query.Pods, source.Key.Pod))
                && (_query.Containers.Count == 0 || source.Key.Container.Length == 0 || Glob.MatchesAny(_query.Containers, source.Key.Container));
            if (_sources.Count == MaxKnownSources)
            {
                _sources.Clear();
            }

            _sources.Add(source, passes);
        }

        return passes;
    }

    private bool PassesText(FrameBlock block, in FrameEntry entry)
    {
        ReadOnlySpan<byte> message = block.Message(entry);
        if (entry.HasEscapes)
        {
            if (_unescaped.Length < message.Length)
            {
                _unescaped = new byte[Math.Max(message.Length, _unescaped.Length * 2)];
            }

            message = _unescaped.AsSpan(0, JsonText.Unescape(message, _unescaped));
        }

        _text.Reset();
        return _pattern!.IsMatch(message, _text);
    }
}
