-- Health of a LogView for Argo CD, from its conditions (kstatus): Stalled is Degraded, what heals by itself is Progressing.
local hs = { status = "Progressing", message = "Waiting for the operator's first visit" }
if obj.status == nil or obj.status.conditions == nil then
  return hs
end
if obj.status.observedGeneration ~= nil and obj.metadata.generation ~= nil and obj.status.observedGeneration < obj.metadata.generation then
  hs.message = "Waiting for the operator to see the change"
  return hs
end
for _, condition in ipairs(obj.status.conditions) do
  if condition.type == "Stalled" and condition.status == "True" then
    return { status = "Degraded", message = condition.reason .. ": " .. condition.message }
  end
end
for _, condition in ipairs(obj.status.conditions) do
  if condition.type == "Ready" then
    if condition.status == "True" and condition.reason == "Suspended" then
      return { status = "Suspended", message = condition.message }
    end
    if condition.status == "True" then
      return { status = "Healthy", message = condition.message }
    end
    return { status = "Progressing", message = condition.reason .. ": " .. condition.message }
  end
end
return hs
