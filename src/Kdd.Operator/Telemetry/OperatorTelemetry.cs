using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Kdd.Operator.Telemetry;

/// <summary>Metrics for Prometheus on the management port, and metrics and traces by OTLP where an endpoint is configured.</summary>
internal static class OperatorTelemetry
{
    /// <summary>The standard variable (OpenTelemetry specification, OTLP exporter).</summary>
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Series of one instrument. The SDK makes room for all of them at once: its 2,000 for each of 50 instruments are 8 MB.</summary>
    private const int MaxSeries = 200;

    public static IServiceCollection AddTelemetry(this IServiceCollection services)
    {
        OpenTelemetryBuilder telemetry = services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation().AddMeter("Kdd.*")
            .AddView(static _ => new MetricStreamConfiguration { CardinalityLimit = MaxSeries }).AddPrometheusExporter());
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(OtlpEndpoint)))
        {
            telemetry.WithTracing(traces => traces.AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddSource("Kdd.*")).UseOtlpExporter();
        }

        return services;
    }
}
