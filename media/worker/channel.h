// The worker's ends of its descriptors: whole reads, whole writes, and status lines. One thread each.
#pragma once
#include <string>

#include "base/bytes.h"
#include "base/error.h"

namespace tenure::worker {

// Everything up to the end, at most `limit` bytes.
Blob read_to_end(int descriptor, std::size_t limit);
// What is there, at least one byte; 0 at the end; -1 on an error.
std::int64_t read_some(int descriptor, std::uint8_t* out, std::size_t size);
// False when the other side has gone.
bool write_all(int descriptor, View bytes);

void report_progress(double done);
void report_done(const std::string& json_object);
void report_error(ErrorKind kind, const std::string& sentence);

}  // namespace tenure::worker
