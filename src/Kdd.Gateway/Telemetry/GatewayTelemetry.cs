using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Kdd.Gateway.Telemetry;

/// <summary>Metrics for Prometheus on the management port, and metrics and traces by OTLP where an endpoint is configured.</summary>
internal static class GatewayTelemetry
{
    /// <summary>The standard variable (OpenTelemetry specification, OTLP exporter).</summary>
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static IServiceCollection AddTelemetry(this IServiceCollection services)
    {
        OpenTelemetryBuilder telemetry = services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation().AddMeter("Kdd.*").AddPrometheusExporter());
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(OtlpEndpoint)))
        {
            telemetry.WithTracing(traces => traces.AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddSource("Yarp.ReverseProxy", "Kdd.*")).UseOtlpExporter();
        }

        return services;
    }
}
