#include "storage/attestation/providers.h"

namespace tenure::storage::attestation {

namespace {
using Standing = ProviderReport::Standing;

Standing standing_of(const ProviderPlace& provider, const Promise* promise, Instant now) {
  if (provider.name.empty()) return Standing::unregistered;
  if (provider.until && *provider.until <= now) return Standing::ended;
  if (!provider.keeps || promise == nullptr) return Standing::unknown;
  return add(now, *provider.keeps) > add(now, promise->period) ? Standing::longer : Standing::within;
}
}  // namespace

std::vector<ProviderReport> judge_providers(const std::vector<ProviderPlace>& providers,
                                            const std::map<std::string, Promise>& promises, Instant now) {
  std::vector<ProviderReport> all;
  for (const auto& provider : providers) {
    const auto found = promises.find(provider.cls);
    const auto* promise = found == promises.end() ? nullptr : &found->second;
    all.push_back({provider.source, provider.cls, provider.name, provider.place,
                   provider.keeps ? to_string(*provider.keeps) : "", promise ? to_string(promise->period) : "",
                   provider.until, standing_of(provider, promise, now)});
  }
  return all;
}

}  // namespace tenure::storage::attestation
