namespace Kdd.Operator.Streaming;

/// <summary>Lines of a container that could not be read.</summary>
/// <param name="Reason">One of <see cref="Kdd.Api.Wire.GapReasons"/>.</param>
/// <param name="Lost">How many; null when not known.</param>
/// <param name="From">Time of the last line before it, Unix ns.</param>
/// <param name="To">Time of the first line after it.</param>
/// <param name="Certain">False when possibly nothing was lost.</param>
internal readonly record struct LogGap(string Reason, long? Lost, long From, long To, bool Certain);
