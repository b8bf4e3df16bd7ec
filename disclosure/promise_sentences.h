// The sentences of the promise report's page that stand beside its tables, and how it says sizes and numbers. Pure.
#pragma once
#include "storage/attestation/report.h"

namespace tenure::disclosure::sentences {

std::string size_text(std::uint64_t bytes);     // "1.8 GB"
std::string number_text(std::uint64_t number);  // "1,234,567"
std::string many(std::uint64_t count, const std::string& one, const std::string& more);
std::string date_or(const std::optional<Instant>& at, const char* otherwise);
std::string shortened(const std::string& text, std::size_t most);  // whole characters of UTF-8

std::string gaps(const storage::Attestation& report);
std::string acts(const storage::Attestation& report);
std::string erasures(const storage::Attestation& report);
std::string space(const storage::Attestation& report);
std::string outside(const std::vector<storage::OutsideReport>& all);
std::string backups(const storage::Attestation& report);
std::string providers(const storage::Attestation& report);
std::string unseen();

}  // namespace tenure::disclosure::sentences
