namespace Kdd.Api.Wire;

/// <summary>Severity of a line, in the order of <c>spec.filter.minLevel</c>. Names on the wire are these, as written.</summary>
public enum LineLevel : byte
{
    Unknown = 0,
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}
