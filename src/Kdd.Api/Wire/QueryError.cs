namespace Kdd.Api.Wire;

/// <summary>What was wrong with a stream request's query.</summary>
/// <param name="Parameter">The parameter's name as the client wrote it.</param>
/// <param name="Message">What was wrong and what would be right; names the parameter.</param>
public sealed record QueryError(string Parameter, string Message);
