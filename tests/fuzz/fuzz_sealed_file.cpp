// Sealed files lie on disks that others can write to. The first byte chooses: a whole file (read with its footer, walked
// without one, salvaged), or one of the structures that a key protects, as if its holder were hostile.
#include <sys/mman.h>
#include <unistd.h>

#include <boost/filesystem/operations.hpp>
#include <cstdlib>

#include "base/error.h"
#include "storage/sealed/sealed_format.h"

namespace {
using namespace tenure;
namespace format = storage::format;

constexpr Key kKey = {1, 2, 3, 4, 5, 6, 7, 8};  // of the corpus

Path shared_folder() { return ::access("/dev/shm", W_OK) == 0 ? Path("/dev/shm") : boost::filesystem::temp_directory_path(); }

File in_memory(View bytes) {
  File file(::memfd_create("sealed", MFD_CLOEXEC), "sealed");
  file.write_at(0, bytes);
  return file;
}

// What can be read is as large as the footer says.
void read_all(View bytes) {
  storage::SealedReader reader(in_memory(bytes), kKey);
  std::uint64_t total = 0;
  for (std::size_t at = 0; at < reader.footer().fragments.size(); ++at) total += reader.read_fragment(at).size();
  if (total != reader.plain_size()) std::abort();
  reader.verify();
}

void salvage_it(View bytes) {
  const Path path = shared_folder() / ("tenure-fuzz-" + std::to_string(::getpid()));
  remove_file(path);
  File(path, File::Mode::create).write_at(0, bytes);
  try {
    if (storage::salvage(path, kKey)) {
      storage::SealedReader reader(File(path, File::Mode::read), kKey);
      if (!reader.finished() || !reader.verify()) std::abort();
    }
  } catch (const Error&) {
    remove_file(path);
    throw;
  }
  remove_file(path);
}

void parse_part(std::uint8_t which, View bytes) {
  ByteReader in(bytes);
  const std::uint64_t number = in.u64();
  const View rest = bytes.subspan(bytes.size() - in.left());
  if (which == 1) format::decode_header(bytes);
  if (which == 2) format::decode_footer(rest, number);
  if (which == 3) format::decode_trailer(rest, number);
  if (which == 4) format::read_frame(bytes);
  if (which != 5) return;
  const auto head = format::decode_head(bytes);
  if (!head) return;
  for (const auto& leaf : head->leaves)
    if (std::uint64_t{leaf.offset} + leaf.size > head->entry.plain_size) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const View bytes(data + 1, size - 1);
  try {
    if (data[0] != 0) return parse_part(data[0], bytes), 0;
    read_all(bytes);
    salvage_it(bytes);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::internal) std::abort();
  }
  return 0;
}
