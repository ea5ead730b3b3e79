using Kdd.Api.LogViews;
using Kdd.CrdGenerator;

if (args is not [string crds, string documents])
{
    Console.Error.WriteLine($"usage: Kdd.CrdGenerator CRDS DOCS   writes CRDS/{CrdFile.Name} and DOCS/{ApiReference.Name} from the C# types");
    return 2;
}

Directory.CreateDirectory(crds);
await File.WriteAllTextAsync(Path.Combine(crds, CrdFile.Name), CrdFile.Text(typeof(LogView)));
await File.WriteAllTextAsync(Path.Combine(documents, ApiReference.Name), ApiReference.Text(typeof(LogView)));
return 0;
