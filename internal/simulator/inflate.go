package simulator

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
)

// inflated is the body of a request without its compression, which clients
// made with Kiota, as Microsoft's own for Go, put on by default. The reader of
// a body that is not what it says fails.
func inflated(r *http.Request) (io.Reader, error) {
	switch encoding := r.Header.Get("Content-Encoding"); strings.ToLower(encoding) {
	case "", "identity":
		return r.Body, nil
	case "gzip":
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, badQuery("Unable to read the request's body.")
		}
		return z, nil
	default: // what makes such a client send it again without compression
		return nil, refuse(http.StatusUnsupportedMediaType, "BadRequest", "The content encoding '%s' is not supported.", encoding)
	}
}
