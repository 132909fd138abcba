//go:build unix

package sender

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// ringBell writes one byte. A full FIFO is as good as rung.
func ringBell(path string) error {
	fd, err := syscall.Open(path, syscall.O_WRONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		if errors.Is(err, syscall.ENXIO) {
			return errDead
		}
		return err
	}
	defer func() { _ = syscall.Close(fd) }()
	if _, err = syscall.Write(fd, []byte{1}); errors.Is(err, syscall.EAGAIN) {
		return nil
	}
	return err
}

// listen makes this process's bell. It is opened before it gets its name, so that nobody takes it for a dead one.
func (b *bells) listen() (*bell, error) {
	if b.dir == "" {
		return nil, errors.ErrUnsupported
	}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return nil, err
	}
	b.sweep()
	token := newToken()
	path := filepath.Join(b.dir, token+bellSuffix)
	if err := syscall.Mkfifo(path+".new", 0o600); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path+".new", os.O_RDWR, 0) // read and write: never an end of file, never a blocking open
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		if f != nil {
			f.Close()
		}
		os.Remove(path + ".new")
		return nil, err
	}
	b.mu.Lock()
	b.own = path
	b.mu.Unlock()
	return &bell{f: f, path: path, token: token, rung: make(chan struct{}, 1)}, nil
}

// sweep removes what processes left that were killed before their bell had its name.
func (b *bells) sweep() {
	unnamed, err := filepath.Glob(filepath.Join(b.dir, "*"+bellSuffix+".new"))
	if err != nil {
		return // the folder's name is no pattern
	}
	for _, path := range unnamed {
		if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > time.Minute {
			os.Remove(path)
		}
	}
}
