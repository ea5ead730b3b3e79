namespace Kdd.Operator.Sessions;

/// <summary>A spec that the schema accepts and that still cannot work, such as a regular expression that does not compile.</summary>
public sealed class InvalidSpecException(string field, string pattern, string problem)
    : Exception($"{field}: \"{pattern}\" is not a linear-time regular expression: {problem}")
{
    /// <summary>Path of the field, such as <c>spec.filter.include[0]</c>.</summary>
    public string Field { get; } = field;

    public string Pattern { get; } = pattern;

    /// <summary>The parser's word.</summary>
    public string Problem { get; } = problem;

    internal static T Wrap<T>(string field, string pattern, Func<T> compile)
    {
        try
        {
            return compile();
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new InvalidSpecException(field, pattern, e.Message);
        }
    }
}
