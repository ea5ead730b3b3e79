using Kdd.DevCluster.Identity;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Http;

/// <summary>The 403 of a denied request, worded as apiserver's responsewriters.Forbidden words it.</summary>
internal static class AccessErrors
{
    public static ApiException Denied(UserInfo user, RequestInfo info, string reason)
    {
        var suffix = reason.Length == 0 ? "" : $": {reason}";
        if (!info.IsResourceRequest)
        {
            return new ApiException(403, "Forbidden", $"forbidden: User \"{user.Name}\" cannot {info.Verb} path \"{info.Path}\"{suffix}", []);
        }

        var type = new ResourceKey(info.Group, info.Resource);
        var resource = info.Subresource.Length == 0 ? info.Resource : $"{info.Resource}/{info.Subresource}";
        var subject = info.Name.Length == 0 ? $"{type}" : $"{type} \"{info.Name}\"";
        var scope = info.Namespace.Length == 0 ? "at the cluster scope" : $"in the namespace \"{info.Namespace}\"";
        return Errors.Forbidden(type, info.Name,
            $"{subject} is forbidden: User \"{user.Name}\" cannot {info.Verb} resource \"{resource}\" in API group \"{info.Group}\" {scope}{suffix}");
    }
}
