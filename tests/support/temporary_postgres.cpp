// SPDX-License-Identifier: Apache-2.0
#include "tests/support/temporary_postgres.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <vector>

extern char** environ;

namespace belay::testing {
namespace {

namespace fs = std::filesystem;

fs::path find_programs() {
  fs::path newest;
  std::error_code failed;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", failed)) {
    const fs::path programs = version.path() / "bin";
    if (fs::exists(programs / "initdb") && (newest.empty() || newest < programs)) newest = programs;
  }
  if (newest.empty()) throw std::runtime_error("no PostgreSQL server under /usr/lib/postgresql: install postgresql");
  return newest;
}

int free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  const bool bound = bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(probe);
  if (!bound) throw std::runtime_error("no free loopback port");
  return ntohs(address.sin_port);
}

fs::path make_directory() {
  std::string name = (fs::temp_directory_path() / "belay-postgres-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name + ": " + std::strerror(errno));
  return name;
}

pid_t shell(const std::string& script, int standard_input = -1) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (standard_input >= 0) posix_spawn_file_actions_adddup2(&actions, standard_input, STDIN_FILENO);
  std::string command = script;
  char name[] = "sh";
  char option[] = "-c";
  char* arguments[] = {name, option, command.data(), nullptr};
  pid_t child = 0;
  const int failed = posix_spawn(&child, "/bin/sh", &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error(std::string("cannot run sh: ") + std::strerror(failed));
  return child;
}

int wait_for_end(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TemporaryPostgres::TemporaryPostgres() : programs_(find_programs()), directory_(make_directory()), port_(free_port()) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  watchdog_ = ends[1];
  const std::string dir = directory_.string();
  guard_ = shell("cat; kill -QUIT $(head -n 1 " + dir + "/data/postmaster.pid) && while [ -e " + dir +
                     "/data/postmaster.pid ]; do sleep 0.02; done; rm -rf " + dir,
                 ends[0]);
  close(ends[0]);
  if (getuid() == 0 && wait_for_end(shell("chown postgres " + dir)) != 0) {
    throw std::runtime_error("tests as root need the user postgres (package postgresql)");
  }
  run("initdb", "-D " + dir + "/data -U belay -A trust -E UTF8 --locale=C -N --no-instructions");
  std::ofstream settings(directory_ / "data/postgresql.conf", std::ios::app);
  settings << "\nlisten_addresses = '127.0.0.1'\nport = " << port_ << "\nunix_socket_directories = '" << dir
           << "'\nfsync = off\nfull_page_writes = off\nshared_buffers = 16MB\n"
              "max_connections = 50\nautovacuum = off\n";
  settings.close();
  start();
}

TemporaryPostgres::~TemporaryPostgres() {
  signal_all(SIGCONT);
  close(watchdog_);  // and the guard does the rest
  wait_for_end(guard_);
}

std::string TemporaryPostgres::url(std::string_view database) const {
  return "postgresql://belay@127.0.0.1:" + std::to_string(port_) + "/" + std::string(database);
}

std::string TemporaryPostgres::create_database(const std::string& name) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(url().c_str()), PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> made(
      PQexec(connection.get(), ("CREATE DATABASE \"" + name + "\" STRATEGY file_copy").c_str()), PQclear);
  if (PQresultStatus(made.get()) != PGRES_COMMAND_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
  return url(name);
}

void TemporaryPostgres::stop() { run("pg_ctl", "-D " + directory_.string() + "/data -m immediate -w stop"); }

void TemporaryPostgres::start() {
  run("pg_ctl", "-D " + directory_.string() + "/data -l " + directory_.string() + "/data/log -w start");
}

void TemporaryPostgres::freeze() { signal_all(SIGSTOP); }
void TemporaryPostgres::thaw() { signal_all(SIGCONT); }

int TemporaryPostgres::postmaster() const { return std::atoi(text_of(directory_ / "data/postmaster.pid").c_str()); }

void TemporaryPostgres::signal_all(int signal) const {
  const int server = postmaster();
  if (server <= 0) return;
  kill(server, signal);
  for (const auto& process : fs::directory_iterator("/proc")) {
    const int pid = std::atoi(process.path().filename().c_str());
    const std::string stat = pid > 0 ? text_of(process.path() / "stat") : "";
    const std::size_t name_end = stat.rfind(')');
    // "pid (name) state parent …"
    if (name_end != std::string::npos && std::atoi(stat.c_str() + name_end + 4) == server) kill(pid, signal);
  }
}

void TemporaryPostgres::run(const std::string& program, const std::string& arguments) const {
  const std::string log = directory_.string() + "/" + program + ".log";
  const std::string as = getuid() == 0 ? "runuser -u postgres -- " : "";
  const std::string line =
      "cd / && " + as + (programs_ / program).string() + " " + arguments + " >" + log + " 2>&1 </dev/null";
  if (wait_for_end(shell(line)) != 0) {
    throw std::runtime_error(program + " failed: " + text_of(log) + text_of(directory_ / "data/log"));
  }
}

}  // namespace belay::testing
