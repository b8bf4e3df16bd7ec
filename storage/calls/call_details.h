// What is known of a call as JSON, and sealed with its recording's own key. Any thread.
#pragma once
#include "base/aead.h"
#include "storage/types.h"

namespace tenure::storage {

std::string to_json_text(const CallDetails& details);
// Throws Error{corrupt}.
CallDetails call_details_from_json(std::string_view text);
Blob seal_call_details(const Key& recording_key, const CallDetails& details);
std::optional<CallDetails> open_call_details(const Key& recording_key, View sealed);

}  // namespace tenure::storage
