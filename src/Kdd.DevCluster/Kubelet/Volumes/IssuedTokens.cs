using System.Text;

namespace Kdd.DevCluster.Kubelet.Volumes;

/// <summary>The tokens of one pod's volumes. One is replaced when 80 % of its life, or 24 hours, are over, as in a kubelet.</summary>
internal sealed class IssuedTokens
{
    private readonly Dictionary<string, (byte[] Token, DateTimeOffset Due)> _tokens = new(StringComparer.Ordinal);

    public byte[] GetOrIssue(string key, DateTimeOffset now, TimeSpan lifetime, Func<string> issue)
    {
        if (!_tokens.TryGetValue(key, out var current) || now >= current.Due)
        {
            var age = lifetime * 0.8;
            current = (Encoding.ASCII.GetBytes(issue()), now + (age < TimeSpan.FromHours(24) ? age : TimeSpan.FromHours(24)));
            _tokens[key] = current;
        }
        return current.Token;
    }

    /// <summary>Makes all of them due.</summary>
    public void Expire() => _tokens.Clear();
}
