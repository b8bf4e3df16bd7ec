#include "storage/backup/sealed_box.h"

#include <algorithm>

#include "base/error.h"
#include "storage/backup/recovery_key.h"

namespace tenure::storage {

namespace {
constexpr std::string_view kMagic = "TNRBOX01";
constexpr std::size_t kChunk = 64 << 10, kLargestHeader = 64 << 10, kLongestName = 200;
constexpr std::uint32_t kLast = 0x8000'0000;

Key chunk_key(const Key& shared, const Key& ephemeral, const Key& recipient) {
  Blob salt(ephemeral.begin(), ephemeral.end());
  salt.insert(salt.end(), recipient.begin(), recipient.end());
  return hkdf_sha256(shared, salt, "tenure recovery box 1");
}

Nonce nonce_of(std::uint64_t number) {
  ByteWriter out;
  out.u32(0);
  out.u64(number);
  Nonce nonce;
  std::ranges::copy(out.blob(), nonce.begin());
  return nonce;
}

Blob binding(const Digest& bound, std::uint64_t number, std::uint32_t mark) {
  ByteWriter out;
  out.bytes(bound);
  out.u64(number);
  out.u32(mark);
  return out.take();
}

[[noreturn]] void refuse(const File& file) {
  throw Error(ErrorKind::corrupt, "The key backup " + file.path().string() + " was changed or cut off: use another generation.");
}

// Every chunk in order, in the clear.
void read_chunks(const File& file, const BoxHeader& header, Aead& aead, const std::function<void(View)>& take) {
  std::uint64_t at = header.size, number = 0;
  for (bool last = false; !last; ++number) {
    std::array<std::uint8_t, 4> head{};
    file.read_at(at, head);
    const auto mark = ByteReader(head).u32();
    const auto size = mark & ~kLast;
    last = (mark & kLast) != 0;
    if (size > kChunk) refuse(file);
    Blob sealed(size + kTagSize), plain(size);
    file.read_at(at + head.size(), sealed);
    if (!aead.open(nonce_of(number), binding(header.bound, number, mark), sealed, plain.data())) {
      if (number > 0) refuse(file);
      throw Error(ErrorKind::refused, "This recovery key does not open " + file.path().string() + ", or the file was changed.");
    }
    take(plain);
    wipe(plain);
    at += head.size() + sealed.size();
  }
  if (file.size() != at) refuse(file);
}

// The parts within the stream of bytes that the chunks give.
class Parts {
 public:
  Parts(const File& file, const BoxReceiver& receiver) : file_(file), receiver_(receiver) {}
  void take(View bytes) {
    while (!bytes.empty()) {
      if (left_ > 0) {
        const auto piece = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
        receiver_.bytes(piece);
        left_ -= piece.size();
        bytes = bytes.subspan(piece.size());
        continue;
      }
      head_.push_back(bytes.front());
      bytes = bytes.subspan(1);
      const std::size_t name = head_[0];
      if (name > kLongestName) refuse(file_);
      if (head_.size() < 1 + name + 8) continue;
      ByteReader reader(head_);
      reader.skip(1);
      const std::string called(as_text(reader.take(name)));
      left_ = reader.u64();
      head_.clear();
      receiver_.part(called, left_);
    }
  }
  bool is_whole() const { return left_ == 0 && head_.empty(); }

 private:
  const File& file_;
  const BoxReceiver& receiver_;
  Blob head_;
  std::uint64_t left_ = 0;
};
}  // namespace

BoxWriter::BoxWriter(const Path& path, const Key& recipient, const std::string& header)
    : file_(path, File::Mode::create), secret_(make_recovery_secret()) {
  const auto ephemeral = recovery_public(secret_);
  aead_ = std::make_unique<Aead>(chunk_key(agree(secret_, recipient), ephemeral, recipient));
  ByteWriter out;
  out.text(kMagic);
  out.u32(static_cast<std::uint32_t>(header.size()));
  out.text(header);
  out.bytes(recipient);
  out.bytes(ephemeral);
  bound_ = sha256(out.blob());
  put(out.blob());
}

BoxWriter::~BoxWriter() {
  wipe(secret_);
  wipe(pending_);
}

void BoxWriter::put(View bytes) {
  file_.write_at(at_, bytes);
  hash_.update(bytes);
  at_ += bytes.size();
}

void BoxWriter::begin_part(const std::string& name, std::uint64_t size) {
  if (name.size() > kLongestName) throw Error(ErrorKind::internal, "The name of a part of a key backup is too long.");
  ByteWriter out;
  out.u8(static_cast<std::uint8_t>(name.size()));
  out.text(name);
  out.u64(size);
  write(out.blob());
}

void BoxWriter::write(View bytes) {
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(bytes.size(), kChunk - pending_.size()));
    pending_.insert(pending_.end(), piece.begin(), piece.end());
    bytes = bytes.subspan(piece.size());
    if (pending_.size() == kChunk) flush(/*last=*/false);
  }
}

void BoxWriter::flush(bool last) {
  const auto mark = static_cast<std::uint32_t>(pending_.size()) | (last ? kLast : 0);
  Blob sealed(pending_.size() + kTagSize);
  aead_->seal(nonce_of(chunks_), binding(bound_, chunks_, mark), pending_, sealed.data());
  ++chunks_;
  ByteWriter head;
  head.u32(mark);
  put(head.blob());
  put(sealed);
  wipe(pending_);
  pending_.clear();
}

Digest BoxWriter::finish() {
  flush(/*last=*/true);
  file_.sync();
  return hash_.finish();
}

void BoxWriter::verify() {
  const File file(file_.path(), File::Mode::read);
  const auto header = read_box_header(file);
  const BoxReceiver nobody{[](const std::string&, std::uint64_t) {}, [](View) {}};
  Parts parts(file, nobody);
  read_chunks(file, header, *aead_, [&](View bytes) { parts.take(bytes); });
  if (!parts.is_whole()) refuse(file);
}

BoxHeader read_box_header(const File& file) {
  std::array<std::uint8_t, 12> head{};
  if (file.read_some_at(0, head) != head.size() || as_text(View(head).first(kMagic.size())) != kMagic)
    throw Error(ErrorKind::corrupt, file.path().string() + " is no backup of keys.");
  const auto size = ByteReader(View(head).subspan(kMagic.size())).u32();
  if (size > kLargestHeader) refuse(file);
  Blob whole(head.size() + size + 64);
  file.read_at(0, whole);
  BoxHeader header;
  header.text = as_text(View(whole).subspan(head.size(), size));
  header.size = whole.size();
  std::copy_n(whole.end() - 32, 32, header.ephemeral.begin());
  header.bound = sha256(whole);
  return header;
}

void read_box(const File& file, const Key& secret, const BoxReceiver& receiver) {
  const auto header = read_box_header(file);
  Aead aead(chunk_key(agree(secret, header.ephemeral), header.ephemeral, recovery_public(secret)));
  Parts parts(file, receiver);
  read_chunks(file, header, aead, [&](View bytes) { parts.take(bytes); });
  if (!parts.is_whole()) refuse(file);
}

}  // namespace tenure::storage
