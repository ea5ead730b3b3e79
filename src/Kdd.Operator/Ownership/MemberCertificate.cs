using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kdd.Operator.Ownership;

/// <summary>
/// The certificate of this process's internal endpoint: made at its start, known to nobody before, believed because the
/// Lease names its key. Its key never leaves memory.
/// </summary>
public sealed class MemberCertificate : IDisposable
{
    public MemberCertificate(OperatorOptions options, TimeProvider timeProvider)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={options.Identity[..Math.Min(options.Identity.Length, 64)]}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(options.Listen.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : options.Listen.Address);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1", "serverAuth")], critical: false));

        // The key is pinned and the process replaces it, so the dates only have to hold; an hour back for clocks that differ.
        DateTimeOffset now = timeProvider.GetUtcNow();
        Certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddYears(10));
        SpkiSha256 = Convert.ToHexStringLower(SHA256.HashData(Certificate.PublicKey.ExportSubjectPublicKeyInfo()));
    }

    public X509Certificate2 Certificate { get; }

    /// <summary>Lower-case hex.</summary>
    public string SpkiSha256 { get; }

    public void Dispose() => Certificate.Dispose();
}
