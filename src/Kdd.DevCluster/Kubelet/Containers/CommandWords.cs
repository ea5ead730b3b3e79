using System.Text;

namespace Kdd.DevCluster.Kubelet.Containers;

/// <summary>Splits the command line of an <c>--image NAME=COMMAND</c> mapping.</summary>
internal static class CommandWords
{
    /// <summary>Words separated by spaces; double quotes keep spaces.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool quoted = false;
        bool any = false;
        foreach (char c in text)
        {
            if (c == '"')
            {
                (quoted, any) = (!quoted, true);
            }
            else if (c == ' ' && !quoted)
            {
                Take();
            }
            else
            {
                word.Append(c);
                any = true;
            }
        }
        Take();
        return words;

        void Take()
        {
            if (any)
            {
                words.Add(word.ToString());
            }
            word.Clear();
            any = false;
        }
    }
}
