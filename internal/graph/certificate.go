package graph

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// certificate signs in with the certificate and key of a file, PEM or PFX.
func (k *Credential) certificate() (source, error) {
	file := k.env("AZURE_CLIENT_CERTIFICATE_PATH")
	if err := k.needClient(); err != nil {
		return nil, err
	}
	if file == "" {
		return nil, lacks("AZURE_CLIENT_CERTIFICATE_PATH is not set")
	}
	data, err := k.c.ReadFile(file)
	if err != nil {
		return nil, &SignInError{Message: k.secrets.hush("read AZURE_CLIENT_CERTIFICATE_PATH: "+err.Error(), maxSaid)}
	}
	certs, key, err := parseCertificate(data, k.c.Env("AZURE_CLIENT_CERTIFICATE_PASSWORD"))
	if err != nil {
		return nil, &SignInError{Message: "the file of AZURE_CLIENT_CERTIFICATE_PATH: " + err.Error()}
	}
	if now := k.c.Now(); now.After(certs[0].NotAfter) {
		return nil, &SignInError{Message: "the certificate expired on " + certs[0].NotAfter.UTC().Format("2006-01-02"),
			Remedy: "make a new certificate and add it to the application"}
	}
	chain := k.env("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN")
	return k.made(func() (azcore.TokenCredential, error) {
		return azidentity.NewClientCertificateCredential(k.c.Tenant, k.c.ClientID, certs, key, &azidentity.ClientCertificateCredentialOptions{
			ClientOptions: k.options(), DisableInstanceDiscovery: true,
			SendCertificateChain: chain == "1" || strings.EqualFold(chain, "true"),
		})
	})
}

// parseCertificate reads certificate and key. The parser's own errors are
// about bytes; ours say what to do.
func parseCertificate(data []byte, password string) ([]*x509.Certificate, crypto.PrivateKey, error) {
	if bytes.Contains(data, []byte("-----BEGIN ")) {
		if bytes.Contains(data, []byte("ENCRYPTED PRIVATE KEY")) || bytes.Contains(data, []byte("Proc-Type: 4,ENCRYPTED")) {
			return nil, nil, errors.New("the key within is encrypted, which is not supported in PEM: take PFX, or a key without password in a file that nobody else may read")
		}
		password = "" // is for PFX; the parser would take the file for one
	}
	certs, key, err := azidentity.ParseCertificates(data, []byte(password))
	switch {
	case err == nil:
		return certs, key, nil
	case strings.Contains(err.Error(), "found no"): // a certificate, a private key
		return nil, nil, errors.New(err.Error())
	case strings.Contains(err.Error(), "password"):
		return nil, nil, errors.New("the password is wrong: set AZURE_CLIENT_CERTIFICATE_PASSWORD")
	case strings.Contains(err.Error(), "not implemented"), strings.Contains(err.Error(), "unknown"):
		return nil, nil, errors.New("its encryption is not supported: export it with TripleDES-SHA1 (openssl pkcs12 -export -legacy), or as PEM")
	}
	return nil, nil, errors.New("neither PEM nor PFX with certificate and private key")
}
