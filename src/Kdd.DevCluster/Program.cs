using Kdd.DevCluster;

return await CommandLine.Build().Parse(args).InvokeAsync();
