using System.Text;

namespace Kdd.DevCluster.Kubelet.Pods;

/// <summary>Expands <c>$(NAME)</c> in commands, arguments and values as a kubelet does (third_party/forked/golang/expansion).</summary>
internal static class VariableExpansion
{
    /// <summary>Replaces known variables; unknown ones stay as they are, <c>$$(NAME)</c> becomes <c>$(NAME)</c>.</summary>
    public static string Expand(string text, IReadOnlyDictionary<string, string> variables)
    {
        if (!text.Contains('$', StringComparison.Ordinal))
        {
            return text;
        }
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                result.Append(text[i]);
            }
            else if (text[i + 1] == '$')
            {
                result.Append('$');
                i++;
            }
            else if (text[i + 1] == '(' && text.IndexOf(')', i) is var end and > 0)
            {
                string name = text[(i + 2)..end];
                result.Append(variables.TryGetValue(name, out string? value) ? value : $"$({name})");
                i = end;
            }
            else
            {
                result.Append('$');
            }
        }
        return result.ToString();
    }
}
