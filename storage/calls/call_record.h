// What the catalogue keeps of a call, made from what is known of it: the sealed details and the blind tokens. The same
// call gives the same tokens, at its import and when the catalogue is rebuilt. Pure.
#pragma once
#include "storage/catalogue/catalogue.h"

namespace tenure::storage {

Digest content_token(const Key& index_key, const Digest& content);
// Of the telephone system's own id; of the content when it has none.
Digest native_token(const Key& index_key, const CallDetails& details, const Digest& content);
Digest path_token(const Key& index_key, const std::string& source, const std::string& file_name);

CallRecord make_call_record(const Key& index_key, const Key& recording_key, const SegmentRow& row,
                            const CallDetails& details);
// Whether its start is known well enough.
bool start_is_doubtful(const CallDetails& details);

}  // namespace tenure::storage
