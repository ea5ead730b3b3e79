using System.Text;
using Kdd.Kubernetes;
using Kdd.Kubernetes.Informers;
using Kdd.Operator.Workloads;
using Xunit;

namespace Kdd.Operator.Tests.Workloads;

public sealed class WorkloadRecordTests
{
    [Fact]
    public void ReadsARecordedJobThatHasCompleted()
    {
        WorkloadRecord job = Read(Transcript.Body("workload-get-job"));
        Assert.Equal((new NamespacedName("t1", "once"), "9957b3c3-2fb4-44d0-9dfc-06911d07fb7c", true), (job.Name, job.Uid, job.Finished));
    }

    [Theory]
    [InlineData("""[{"type":"Failed","status":"True"}]""", true)]
    [InlineData("""[{"type":"Complete","status":"False"}]""", false)]
    [InlineData("""[{"type":"SuccessCriteriaMet","status":"True"}]""", false)]
    [InlineData("[]", false)]
    [InlineData("null", false)]
    public void AJobHasEndedWhenItsConditionSaysSo(string conditions, bool finished)
        => Assert.Equal(finished, Read($$$"""{"metadata":{"name":"j"},"status":{"conditions":{{{conditions}}},"active":1}}""").Finished);

    [Fact]
    public void MetadataAloneIsEnough()
        => Assert.Equal("u", Read("""{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"rs","uid":"u"}}""").Uid);

    private static WorkloadRecord Read(string json)
    {
        var reader = new ObjectJsonReader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        return WorkloadRecord.Read(ref reader);
    }
}
