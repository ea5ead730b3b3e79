using System.Globalization;
using System.Text;
using NLua;

namespace Kdd.Operator.Tests.Health;

/// <summary>Runs Argo CD's health script on an object as Argo CD does: <c>obj</c> is the object, the script returns status and message.</summary>
internal static class ArgoHealth
{
    public static string Folder { get; } = Path.Join(AppContext.BaseDirectory, "ArgoCd", "resource_customizations", "kdd.dev", "LogView");

    public static (string? Status, string? Message) Of(object? logView)
    {
        using var lua = new Lua();
        lua.State.Encoding = Encoding.UTF8;
        var script = new StringBuilder("obj = ");
        Write(script, logView);
        lua.DoString(script.ToString());
        var health = (LuaTable)lua.DoString(File.ReadAllText(Path.Join(Folder, "health.lua")))[0];
        return ((string?)health["status"], (string?)health["message"]);
    }

    /// <summary>What a YAML or JSON reader makes of an object, as a Lua value; numbers and booleans are such.</summary>
    private static void Write(StringBuilder script, object? value)
    {
        switch (value)
        {
            case IDictionary<object, object?> map:
                script.Append('{');
                foreach ((object key, object? member) in map)
                {
                    script.Append('[');
                    Write(script, key);
                    script.Append("]=");
                    Write(script, member);
                    script.Append(',');
                }

                script.Append('}');
                break;
            case IEnumerable<object?> list:
                script.Append('{');
                foreach (object? item in list)
                {
                    Write(script, item);
                    script.Append(',');
                }

                script.Append('}');
                break;
            case string text:
                script.Append('"');
                foreach (byte b in Encoding.UTF8.GetBytes(text))
                {
                    script.Append(CultureInfo.InvariantCulture, $"\\{b:000}");
                }

                script.Append('"');
                break;
            case null:
                script.Append("nil");
                break;
            case bool truth:
                script.Append(truth ? "true" : "false");
                break;
            default:
                script.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
        }
    }
}
