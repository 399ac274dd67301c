story partition
title
  en: Two against three
  zh: 二比三
run raft:basic;r1;s3;servers=5;clients=2

step
  until time >= 20ms
  do fire.n1.0
  until n1.role = leader
  until n1.commit >= 3
  spot n1
  en: n1 leads term 1, and two clients write.
  zh: n1 是任期 1 的领导者，两个客户端在写入。

step
  do cut.n1_n2_c1.n3_n4_n5_c2
  spot n1 n2
  en: We cut the network, n1, n2 and c1 on one side, three servers and c2 on the other.
  zh: 我们切断网络：n1、n2 和 c1 在一边，另外三台和 c2 在另一边。
  ask
    en: What becomes of a write that c1 brings to n1 now?
    zh: 现在 c1 发给 n1 的写入会怎样？
    right
      en: n1 appends it and never commits it
      zh: n1 会追加，但永远提交不了
      why
        en: Two of five are no majority. c1 gets no answer.
        zh: 五台中的两台不是多数派，c1 得不到应答。
    wrong
      en: n1 refuses it
      zh: n1 会拒绝
      why
        en: It does not know that it is alone. It still believes that it leads.
        zh: 它不知道自己被隔离，仍以为自己是领导者。
    wrong
      en: It is committed on both sides
      zh: 两边都会提交
      why
        en: Any two majorities share a server, so only one side can have one.
        zh: 任意两个多数派必有交集，因此只有一边能形成多数派。

step
  until count role = leader >= 2
  claim seen two-claim-to-lead
  claim not broken election-safety
  en: Now two servers believe that they lead, each in a term of its own. Raft allows that: only the newer one can
    commit.
  zh: 此时两台服务器都认为自己是领导者，但任期不同。Raft 允许这种情况：只有新的那位能提交。

step
  until n3.commit >= 8
  do heal
  until n1.role = follower
  until note "truncated"
  spot n1
  en: The cut heals. n1 hears of the newer term and follows; what it could not commit is dropped.
  zh: 网络恢复。n1 得知更新的任期，转为跟随者；没能提交的条目被删除。

step
  until time >= 4s
  claim not broken linearizable
  claim not broken state-machine-safety
  claim met leader-elected
  en: Nobody was told “written” for an entry that is gone.
  zh: 凡是答复过“已写入”的条目，一条也没有丢。
