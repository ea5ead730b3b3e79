using System.Globalization;

namespace Kdd.LoadTest.Reporting;

/// <summary>What a row must reach: its value, or its ratio to the peer where there is one.</summary>
internal readonly record struct Bar(double Limit, bool AtLeast)
{
    public static Bar AtMost(double limit) => new(limit, AtLeast: false);

    public static Bar NotLess(double limit) => new(limit, AtLeast: true);

    public bool IsMetBy(double figure) => AtLeast ? figure >= Limit : figure <= Limit;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(AtLeast ? ">=" : "<=")} {Limit:0.###}");
}
