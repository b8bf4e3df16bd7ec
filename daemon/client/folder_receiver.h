// Writes an export's files into a folder as the user who runs the client: `.part` while a file comes, renamed when it is
// whole, never over a file that is there. What is not whole at the end is removed.
#pragma once
#include "daemon/client/connection.h"

namespace tenure::client {

class FolderReceiver : public Receiver {
 public:
  // Makes the folder when missing; refuses one that holds an export already. `show_progress` writes a line on stderr as
  // it goes.
  FolderReceiver(Path folder, bool show_progress);
  ~FolderReceiver() override;
  void begin_file(const std::string& name) override;
  void data(View bytes) override;
  void end_file() override;
  void progress(double done, const std::string& what) override;
  // Clears the progress line; removes a file that is not whole and says whether there was one.
  bool abandon();
  // After a failure: removes everything that came, and the folders it made. Says whether any file had come.
  bool take_back();
  // The files that came whole.
  const std::vector<Path>& files() const { return files_; }

 private:
  void make_folder();
  Path folder_, target_, part_;
  std::vector<Path> made_;  // the folders that were not there before, outermost first
  bool show_progress_, shown_ = false;
  File file_;
  std::uint64_t written_ = 0;
  std::vector<Path> files_;
};

// A plain file name: no folder, nothing hidden, no control bytes.
bool is_plain_name(const std::string& name);

}  // namespace tenure::client
