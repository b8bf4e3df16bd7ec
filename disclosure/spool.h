// Bytes on their way out that must be read again from the front: an unnamed file, sealed with a key that exists only in
// this object, so that neither a crash nor a look at the disk finds a picture. One thread at a time.
#pragma once
#include "base/aead.h"
#include "base/file.h"
#include "media/movie.h"

namespace tenure::disclosure {

class Spool {
 public:
  explicit Spool(const Path& staging);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  void write(View bytes);
  // Nothing can be written afterwards.
  void finish();
  std::uint64_t size() const { return size_; }
  // After finish(); the spool must outlive it. Reads throw Error{corrupt} when the disk gave other bytes back.
  media::ByteSource source();

 private:
  void seal_chunk();
  const Blob& chunk(std::uint64_t index);
  void read(std::uint64_t offset, std::span<std::uint8_t> out);

  Key key_{};
  File file_;
  std::unique_ptr<Aead> aead_;
  Blob pending_, sealed_, cached_;
  std::uint64_t chunks_ = 0, size_ = 0, cached_index_ = UINT64_MAX;
};

}  // namespace tenure::disclosure
