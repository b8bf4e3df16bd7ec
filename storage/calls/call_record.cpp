#include "storage/calls/call_record.h"

#include "storage/calls/call_details.h"
#include "storage/calls/call_store.h"

namespace tenure::storage {

namespace {
Digest token(const Key& key, std::string_view kind, const std::string& first, const std::string& second) {
  ByteWriter message;
  message.text(kind);
  message.u32(static_cast<std::uint32_t>(first.size()));
  message.text(first);
  message.text(second);
  return hmac_sha256(key, message.blob());
}
}  // namespace

Digest content_token(const Key& key, const Digest& content) {
  return token(key, "content", std::string(as_text(content)), {});
}

Digest native_token(const Key& key, const CallDetails& details, const Digest& content) {
  if (details.native_id.empty()) return content_token(key, content);
  return token(key, "native", details.source, details.native_id);
}

Digest path_token(const Key& key, const std::string& source, const std::string& file_name) {
  return token(key, "path", source, file_name);
}

bool start_is_doubtful(const CallDetails& details) {
  return details.time_quality != "exact" && details.time_quality != "local";
}

CallRecord make_call_record(const Key& index_key, const Key& recording_key, const SegmentRow& row,
                            const CallDetails& details) {
  CallRecord record{row,
                    details.direction,
                    details.duration,
                    seal_call_details(recording_key, details),
                    number_tokens(index_key, details.parties),
                    content_token(index_key, row.digest),
                    native_token(index_key, details, row.digest),
                    path_token(index_key, details.source, details.original_name),
                    {},
                    details.needs_details};
  if (!details.group_id.empty()) record.group_token = token(index_key, "group", details.source, details.group_id);
  return record;
}

}  // namespace tenure::storage
