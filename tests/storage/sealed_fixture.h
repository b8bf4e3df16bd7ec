// Small sealed files in a folder of their own, and what a tamperer may not achieve with them.
#pragma once
#include <gtest/gtest.h>

#include <boost/filesystem/operations.hpp>

#include "base/entropy.h"
#include "base/error.h"
#include "storage/sealed/sealed_file.h"

namespace tenure::storage {

class SealedFixture : public ::testing::Test {
 protected:
  SealedFixture() : folder_(boost::filesystem::temp_directory_path() / boost::filesystem::unique_path("tenure-%%%%-%%%%-%%%%")) {
    boost::filesystem::create_directories(folder_);
    fill_random(key_);
  }
  ~SealedFixture() override { boost::filesystem::remove_all(folder_); }

  Path path(const std::string& name) const { return folder_ / name; }
  const Key& key() const { return key_; }
  void replace(const std::string& name, const Blob& bytes) {
    remove_file(path(name));
    File(path(name), File::Mode::create).write_at(0, bytes);
  }
  SealedReader open(const std::string& name) { return {File(path(name), File::Mode::read), key_}; }

  static SealedHeader some_header() {
    SealedHeader header;
    header.start = *parse_rfc3339("2026-03-02T14:05:00Z");
    header.id = SegmentId::make(header.start);
    header.slot = 42;
    header.source = "front-door";
    header.cls = "cctv";
    header.run = 7;
    fill_random(header.salt);
    return header;
  }
  // Three leaves that share its bytes.
  static Fragment some_fragment(std::size_t size, int number) {
    Fragment fragment;
    fragment.span.from = *parse_rfc3339("2026-03-02T14:05:00Z") + Seconds(2 * number);
    fragment.span.to = fragment.span.from + Seconds(2);
    fragment.key = true;
    fragment.bytes.resize(size);
    for (std::size_t at = 0; at < size; ++at) fragment.bytes[at] = static_cast<std::uint8_t>(at * 31 + at / 251 + static_cast<std::size_t>(number) * 7);
    const auto third = static_cast<std::uint32_t>(std::min(size, kLargestFragment) / 3);
    for (std::uint32_t leaf = 0; leaf < 3; ++leaf)
      fragment.leaves.push_back({leaf * third, third, 1, leaf == 0, std::int64_t{number} * 180'000 + std::int64_t{leaf} * 3600, 3600});
    return fragment;
  }
  static std::vector<Fragment> some_fragments(const std::vector<std::size_t>& sizes) {
    std::vector<Fragment> fragments;
    for (const std::size_t size : sizes) fragments.push_back(some_fragment(size, static_cast<int>(fragments.size())));
    return fragments;
  }
  void write(const std::string& name, const std::vector<Fragment>& fragments) {
    SealedWriter writer(File(path(name), File::Mode::create), some_header(), key_);
    for (const Fragment& fragment : fragments) writer.append(fragment);
    writer.finish({fragments.front().span.from, fragments.back().span.to});
  }
  static Blob plaintext(const std::vector<Fragment>& fragments) {
    Blob all;
    for (const Fragment& fragment : fragments) all.insert(all.end(), fragment.bytes.begin(), fragment.bytes.end());
    return all;
  }
  static std::uint64_t end_of(const SealedFooter& footer, std::size_t fragment) {
    const FragmentEntry& entry = footer.fragments[fragment];
    const std::uint64_t plain = 40 + 22 * entry.coded_sizes.size() + entry.plain_size;
    return entry.file_offset + plain + (plain / kChunkSize + 1) * 20;
  }
  // Refused, or known to be unfinished, or verify() says no; and what can be read is a prefix of what was written.
  bool tampering_is_found(const Blob& bytes, const std::vector<Fragment>& fragments) {
    replace("tampered", bytes);
    try {
      SealedReader reader = open("tampered");
      if (!reader.finished()) {
        for (std::size_t at = 0; at < reader.footer().fragments.size(); ++at)
          if (reader.read_fragment(at) != fragments.at(at).bytes) return false;
        return true;
      }
      return !reader.verify();
    } catch (const Error& error) {
      return error.kind() == ErrorKind::corrupt;
    }
  }
  // RFC 6962 section 2.1, as it is written.
  static Digest merkle_root(std::span<const Digest> leaves) {
    if (leaves.empty()) return sha256({});
    if (leaves.size() == 1) return leaves[0];
    std::size_t split = 1;
    while (split * 2 < leaves.size()) split *= 2;
    const Digest left = merkle_root(leaves.first(split)), right = merkle_root(leaves.subspan(split));
    Blob node{1};
    node.insert(node.end(), left.begin(), left.end());
    node.insert(node.end(), right.begin(), right.end());
    return sha256(node);
  }

 private:
  Path folder_;
  Key key_{};
};

}  // namespace tenure::storage
