namespace Kdd.Operator.Sessions;

/// <summary>A container that another owner streamed, as the LogView's status last told.</summary>
/// <param name="Pod">Its name; a StatefulSet reuses it.</param>
/// <param name="Container">Its name.</param>
public sealed record InheritedSource(string Pod, string Container);
