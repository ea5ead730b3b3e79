using Kdd.Api.LogViews;
using Kdd.CrdGenerator;

if (args is not [string folder])
{
    Console.Error.WriteLine("usage: Kdd.CrdGenerator FOLDER   writes FOLDER/kdd.dev_logviews.yaml from the C# types");
    return 2;
}

Directory.CreateDirectory(folder);
await File.WriteAllTextAsync(Path.Combine(folder, CrdFile.Name), CrdFile.Text(typeof(LogView)));
return 0;
