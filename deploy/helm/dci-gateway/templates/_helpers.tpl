{{- define "gateway.name" -}}
{{- printf "%s-dci-gateway" .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "gateway.labels" -}}
app.kubernetes.io/name: dci-gateway
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .role }}
{{- end -}}

{{- define "gateway.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* Secrets one by one: a key that the Secret has for somebody else does not become a setting. */}}
{{- define "gateway.env" -}}
- { name: ROLE, value: {{ .role }} }
- { name: PORT, value: '4000' }
- { name: DATA_DIR, value: /tmp }
{{- range $name, $value := .root.Values.settings }}
- { name: {{ $name }}, value: {{ $value | toString | quote }} }
{{- end }}
{{- range tuple "DATABASE_URL" "MASTER_KEY" }}
- { name: {{ . }}, valueFrom: { secretKeyRef: { name: {{ $.root.Values.existingSecret }}, key: {{ . }} } } }
{{- end }}
{{- range tuple "ADMIN_TOKEN" "MASTER_KEY_PREVIOUS" "JOBS_URL" "REDIS_URL" "DATABASE_DIRECT_URL" "DATABASE_REPLICA_URL" }}
- { name: {{ . }}, valueFrom: { secretKeyRef: { name: {{ $.root.Values.existingSecret }}, key: {{ . }}, optional: true } } }
{{- end }}
{{- end -}}

{{- define "gateway.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "gateway.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}
