namespace Kdd.Operator.Sessions;

/// <summary>A step of a session failed, by a defect of ours.</summary>
internal sealed class SessionDefectException(Exception cause) : Exception(cause.Message, cause);
