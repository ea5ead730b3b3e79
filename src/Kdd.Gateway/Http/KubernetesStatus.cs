namespace Kdd.Hosting;

/// <summary>What the gateway adds to the form that it shares with the operator.</summary>
internal sealed partial record KubernetesStatus
{
    partial void Prepare(HttpResponse response)
    {
        // What a half-made answer left goes, but for a session cookie that is taken back.
        var cookies = response.Headers.SetCookie;
        response.Clear();
        response.Headers.SetCookie = cookies;
        if (Code == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }
    }
}
