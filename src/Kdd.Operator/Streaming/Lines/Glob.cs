using System.IO.Enumeration;

namespace Kdd.Operator.Streaming;

/// <summary>Globs over names: <c>*</c> is any characters, <c>?</c> one.</summary>
internal static class Glob
{
    public static bool MatchesAny(IReadOnlyList<string> globs, string name)
    {
        for (int i = 0; i < globs.Count; i++)
        {
            if (FileSystemName.MatchesSimpleExpression(globs[i], name, ignoreCase: false))
            {
                return true;
            }
        }

        return false;
    }
}
