// A file that anybody with the recovery key's public half can write and only its private half opens: a header in the
// clear, then named parts in sealed chunks. docs/reference/file-format.md has the bytes. One thread each.
#pragma once
#include <functional>

#include "base/aead.h"
#include "base/file.h"

namespace tenure::storage {

class BoxWriter {
 public:
  // `header`: JSON, not secret, authenticated by all that follows.
  BoxWriter(const Path& path, const Key& recipient, const std::string& header);
  ~BoxWriter();
  void begin_part(const std::string& name, std::uint64_t size);
  void write(View bytes);
  // The last chunk, synced. SHA-256 of the file.
  Digest finish();
  std::uint64_t size() const { return at_; }
  // While the writer lives its file can be read back: what proves that it is whole.
  void verify();

 private:
  void put(View bytes);
  void flush(bool last);
  File file_;
  Key secret_{};
  std::unique_ptr<Aead> aead_;
  Digest bound_{};
  Blob pending_;
  std::uint64_t at_ = 0, chunks_ = 0;
  Sha256 hash_;
};

struct BoxHeader {
  std::string text;       // JSON
  std::uint64_t size = 0; // of all before the chunks
  Key ephemeral{};
  Digest bound{};
};
// Throws Error{corrupt} when it is no such file.
BoxHeader read_box_header(const File& file);

// Calls back for each part with its bytes, piece by piece; `part` is told a name and a size first. Throws Error{refused}
// when the secret is not the one, Error{corrupt} when anything was changed or cut.
struct BoxReceiver {
  std::function<void(const std::string& name, std::uint64_t size)> part;
  std::function<void(View bytes)> bytes;
};
void read_box(const File& file, const Key& secret, const BoxReceiver& receiver);

}  // namespace tenure::storage
