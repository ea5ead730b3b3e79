using System.Text;
using Kdd.Api.Wire;
using Kdd.Operator.Streaming;
using Xunit;

namespace Kdd.Operator.Tests.Streaming;

/// <summary>A corpus in the formats of programs that run in clusters; one line of each shape.</summary>
public sealed class LevelDetectorTests
{
    public static TheoryData<string, LineLevel, string> Corpus => new()
    {
        { "klog", LineLevel.Info, "I1123 13:01:45.173661       1 reflector.go:150] Listing and watching *v1.Pod" },
        { "klog", LineLevel.Error, "E1123 13:01:45.173661       1 leaderelection.go:332] error retrieving resource lock" },
        { "klog", LineLevel.Warn, "W1123 13:01:45.173661       1 warnings.go:70] policy/v1beta1 is deprecated" },
        { "klog", LineLevel.Fatal, "F1123 13:01:45.173661       1 main.go:20] unable to start" },
        { "zap json", LineLevel.Error, """{"level":"error","ts":1795438905.17,"caller":"app/main.go:42","msg":"failed"}""" },
        { "zap console", LineLevel.Info, "2026-11-23T13:01:45.173Z\tINFO\tcontroller\tStarting workers" },
        { "etcd", LineLevel.Warn, """{"level":"warn","ts":"2026-11-23T13:01:45.173661Z","caller":"etcdserver/util.go:170","msg":"apply request took too long"}""" },
        { "logrus", LineLevel.Warn, "time=\"2026-11-23T13:01:45Z\" level=warning msg=\"retrying\"" },
        { "traefik", LineLevel.Info, "time=\"2026-11-23T13:01:45Z\" level=info msg=\"Configuration loaded\"" },
        { "prometheus", LineLevel.Info, "ts=2026-11-23T13:01:45.173Z caller=main.go:1195 level=info msg=\"Server is ready\"" },
        { "loki", LineLevel.Error, "level=error ts=2026-11-23T13:01:45Z caller=flush.go:143 err=\"no space\"" },
        { "slog", LineLevel.Debug, "time=2026-11-23T13:01:45.173Z level=DEBUG msg=hello" },
        { "zerolog console", LineLevel.Error, "\u001b[90m1:01PM\u001b[0m \u001b[31mERR\u001b[0m cannot connect" },
        { "pino", LineLevel.Info, """{"level":30,"time":1795438905173,"pid":1,"hostname":"a","msg":"listening"}""" },
        { "bunyan", LineLevel.Error, """{"name":"app","hostname":"a","pid":1,"level":50,"msg":"failed","v":0}""" },
        { "winston", LineLevel.Debug, """{"message":"hello","level":"debug"}""" },
        { "serilog compact", LineLevel.Error, """{"@t":"2026-11-23T13:01:45.1736610Z","@mt":"Failed","@l":"Error"}""" },
        { "dotnet console", LineLevel.Info, "info: Microsoft.Hosting.Lifetime[14]" },
        { "dotnet console", LineLevel.Error, "fail: Microsoft.AspNetCore.Server.Kestrel[13]" },
        { "dotnet console", LineLevel.Fatal, "crit: App[0]" },
        { "dotnet json", LineLevel.Warn, """{"EventId":0,"LogLevel":"Warning","Category":"App","Message":"slow"}""" },
        { "logback", LineLevel.Error, "13:01:45.173 [main] ERROR com.example.App - boom" },
        { "spring boot", LineLevel.Info, "2026-11-23T13:01:45.173Z  INFO 1 --- [           main] com.example.App : Started App in 2.1 seconds" },
        { "kafka", LineLevel.Warn, "[2026-11-23 13:01:45,173] WARN [Controller id=1] Broker 2 is unreachable (kafka.controller)" },
        { "java.util.logging", LineLevel.Error, "SEVERE: Servlet.service() threw exception" },
        { "python logging", LineLevel.Error, "ERROR:root:cannot open file" },
        { "python logging", LineLevel.Warn, "2026-11-23 13:01:45,173 - app - WARNING - retrying" },
        { "gunicorn", LineLevel.Info, "[2026-11-23 13:01:45 +0000] [1] [INFO] Listening at: http://0.0.0.0:8000 (1)" },
        { "uvicorn", LineLevel.Info, "INFO:     Application startup complete." },
        { "rails", LineLevel.Fatal, "F, [2026-11-23T13:01:45.173661 #1] FATAL -- : boom" },
        { "nginx error", LineLevel.Error, "2026/11/23 13:01:45 [error] 7#7: *1 open() \"/x\" failed (2: No such file or directory)" },
        { "nginx error", LineLevel.Info, "2026/11/23 13:01:45 [notice] 1#1: start worker processes" },
        { "apache", LineLevel.Error, "[Mon Nov 23 13:01:45.173661 2026] [core:error] [pid 1] File does not exist" },
        { "envoy", LineLevel.Info, "[2026-11-23 13:01:45.173][1][info][main] [source/server/server.cc:404] initializing" },
        { "istio", LineLevel.Warn, "2026-11-23T13:01:45.173661Z\twarn\tca\tCA cert expires soon" },
        { "coredns", LineLevel.Info, "[INFO] plugin/reload: Running configuration SHA512 = 0" },
        { "haproxy", LineLevel.Warn, "[WARNING]  (1) : config : missing timeouts" },
        { "postgres", LineLevel.Error, "2026-11-23 13:01:45.173 UTC [1] ERROR:  relation \"x\" does not exist at character 15" },
        { "postgres", LineLevel.Info, "2026-11-23 13:01:45.173 UTC [1] LOG:  database system is ready to accept connections" },
        { "mysql", LineLevel.Warn, "2026-11-23T13:01:45.173661Z 0 [Warning] [MY-010068] [Server] CA certificate ca.pem is self signed." },
        { "mongodb", LineLevel.Error, """{"t":{"$date":"2026-11-23T13:01:45.173+00:00"},"s":"E","c":"NETWORK","id":1,"msg":"failed"}""" },
        { "redis", LineLevel.Info, "1:M 23 Nov 2026 13:01:45.173 * Ready to accept connections tcp" },
        { "redis", LineLevel.Warn, "1:M 23 Nov 2026 13:01:45.173 # WARNING overcommit_memory is not set" },
        { "rabbitmq", LineLevel.Info, "2026-11-23 13:01:45.173661+00:00 [info] <0.1.0> Starting RabbitMQ" },
        { "rust env_logger", LineLevel.Debug, "[2026-11-23T13:01:45Z DEBUG app] polling" },
        { "rust tracing", LineLevel.Info, "2026-11-23T13:01:45.173661Z  INFO app::server: listening" },
        { "syslog", LineLevel.Error, "<11>Nov 23 13:01:45 host app: cannot write" },
        { "fluent-bit", LineLevel.Error, "[2026/11/23 13:01:45] [error] [output:es:es.0] HTTP status=503" },
        { "node", LineLevel.Error, "TypeError: Cannot read properties of undefined" },
        { "npm", LineLevel.Warn, "WARN deprecated left-pad@1.0.0" },
        { "prose", LineLevel.Unknown, "the error was handled and information was logged" },
        { "access log", LineLevel.Unknown, "10.0.0.1 - - [23/Nov/2026:13:01:45 +0000] \"GET /error HTTP/1.1\" 200 12" },
        { "counter", LineLevel.Unknown, "tick 17" },
        { "empty", LineLevel.Unknown, "" },
    };

    [Theory]
    [MemberData(nameof(Corpus))]
    public void ReadsTheLevelOf(string program, LineLevel expected, string line)
        => Assert.True(expected == LevelDetector.Detect(Encoding.UTF8.GetBytes(line)), $"{program}: {LevelDetector.Detect(Encoding.UTF8.GetBytes(line))}");

    [Theory]
    [InlineData("    at com.example.App.main(App.java:5)")]
    [InlineData("\tat java.base/java.lang.Thread.run(Thread.java:840)")]
    [InlineData("Caused by: java.io.IOException: closed")]
    [InlineData("  File \"app.py\", line 3, in <module>")]
    [InlineData("goroutine 1 [running]:")]
    public void TakesAFrameForTheContinuationOfItsHead(string line)
        => Assert.True(LevelDetector.IsContinuation(Encoding.UTF8.GetBytes(line)));
}
